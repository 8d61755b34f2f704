// The picture: services as boxes in layers, lines to what they need, volumes below.
import type { Application } from '@berth/contract/applications.ts';
import { IconDatabase } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { StatusIcon } from '#ui/status-badge.tsx';
import { ServiceCount } from './service-count.tsx';
import { portText } from './port-text.ts';
import type { ServiceHealth } from './service-health.ts';
import { layoutTopology, type Box } from './topology-layout.ts';
import styles from './topology.module.css';

/** A picture narrower than this is scrolled rather than made smaller. */
const legiblePixels = 720;

type Props = {
  readonly application: Application;
  readonly healths: ReadonlyMap<string, ServiceHealth>;
  /** The network whose members stand out. */
  readonly network: string | undefined;
};

export const TopologyPicture = ({ application, healths, network }: Props) => {
  const { t } = useTranslation();
  const { topology } = application;
  const layout = useMemo(() => layoutTopology(topology), [topology]);
  const onNetwork = new Set(
    topology.services
      .filter((service) => network === undefined || service.networks.includes(network))
      .map(({ name }) => name),
  );
  const count = topology.services.length;
  return (
    <div className={styles.frame} tabIndex={0} role="region" aria-label={t('topology.picture')}>
      <svg
        className={styles.picture}
        viewBox={`0 0 ${layout.width} ${layout.height}`}
        style={{ width: layout.width, minWidth: Math.min(layout.width, legiblePixels) }}
        role="img"
        aria-label={`${t('topology.label', { name: application.name })}: ${t('topology.pictureOf', { count })}`}
      >
        <defs>
          <marker
            id="topology-arrow"
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="6"
            markerHeight="6"
            orient="auto"
          >
            <path d="M0 0.8 L7 4 L0 7.2 z" className={styles.arrow} />
          </marker>
        </defs>
        {layout.edges.map((edge) => (
          <path
            key={`${edge.from} ${edge.to}`}
            d={edge.path}
            className={edge.kind === 'needs' ? styles.needs : styles.keeps}
            {...(edge.kind === 'needs' ? { markerEnd: 'url(#topology-arrow)' } : {})}
          />
        ))}
        {layout.boxes.map((box) =>
          box.kind === 'volume' ? (
            <VolumeBox key={`volume ${box.name}`} box={box} />
          ) : (
            <ServiceBox
              key={box.name}
              box={box}
              application={application}
              health={healths.get(box.name) ?? 'unknown'}
              isDim={!onNetwork.has(box.name)}
            />
          ),
        )}
      </svg>
    </div>
  );
};

type ServiceBoxProps = {
  readonly box: Box;
  readonly application: Application;
  readonly health: ServiceHealth;
  readonly isDim: boolean;
};

const ServiceBox = ({ box, application, health, isDim }: ServiceBoxProps) => {
  const service = application.services.find(({ name }) => name === box.name);
  const networks = application.topology.services.find(({ name }) => name === box.name)?.networks ?? [];
  const all = application.topology.networks.map(({ name }) => name);
  const ports = (service?.ports ?? []).map(portText);
  return (
    <foreignObject x={box.x} y={box.y} width={box.width} height={box.height} data-service={box.name}>
      <div className={styles.service} data-health={health} data-dim={isDim}>
        <div className={styles.head}>
          <StatusIcon tone={health} size={16} />
          <span className={styles.name} title={box.name}>
            {box.name}
          </span>
          <span className={styles.count}>
            <ServiceCount service={service} />
          </span>
        </div>
        <div className={styles.line}>
          <span className={styles.cut} title={service?.image}>
            {service?.image}
          </span>
        </div>
        <div className={styles.line}>
          {networks.map((name) => (
            <span key={name} className={styles.dot} data-color={all.indexOf(name) % 6} title={name} />
          ))}
          <span className={styles.cut} title={ports.join(', ')}>
            {ports.join(', ')}
          </span>
        </div>
      </div>
    </foreignObject>
  );
};

const VolumeBox = ({ box }: { box: Box }) => (
  <foreignObject x={box.x} y={box.y} width={box.width} height={box.height}>
    <div className={styles.volume}>
      <IconDatabase size={16} stroke={1.7} aria-hidden="true" />
      <span className={styles.name} title={box.name}>
        {box.name}
      </span>
    </div>
  </foreignObject>
);
