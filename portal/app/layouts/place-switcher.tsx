// Which tenant and which environment one looks at. Tenants come from the caller's memberships; a platform administrator
// sees all of them.
import { Select } from '@mantine/core';
import { IconBox, IconBuilding } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { environmentsQuery, tenantsQuery } from '#api/queries.ts';
import { useCaller } from '#components/caller.ts';
import { useGo } from '#components/link.tsx';
import { pb } from '#util/path-builder.ts';

type Props = { readonly tenant: string | undefined; readonly environment: string | undefined };
type Choice = { readonly value: string; readonly label: string };

const useTenants = (): readonly Choice[] => {
  const caller = useCaller();
  const all = useQuery({ ...tenantsQuery(), enabled: caller.user.platformRole !== null });
  const choices = new Map(
    [...caller.memberships.map(({ tenant }) => tenant), ...(all.data?.items ?? [])].map((tenant): [string, Choice] => [
      tenant.name,
      { value: tenant.name, label: tenant.title },
    ]),
  );
  return [...choices.values()];
};

const manyChoices = 8;

export const PlaceSwitcher = ({ tenant, environment }: Props) => {
  const { t } = useTranslation();
  const go = useGo();
  const tenants = useTenants();
  const environments = useQuery({ ...environmentsQuery(tenant ?? ''), enabled: tenant !== undefined });
  const places = (environments.data?.items ?? []).map((item): Choice => ({ value: item.name, label: item.title }));
  const shared = {
    size: 'sm',
    variant: 'filled',
    allowDeselect: false,
    nothingFoundMessage: t('nav.noMatch'),
    comboboxProps: { shadow: 'md', width: 'max-content', position: 'bottom-start' },
    maxDropdownHeight: 360,
  } as const;
  return (
    <>
      <Select
        {...shared}
        aria-label={t('nav.tenant')}
        leftSection={<IconBuilding size={16} aria-hidden="true" />}
        data={[...tenants]}
        value={tenant ?? null}
        searchable={tenants.length > manyChoices}
        onChange={(value) => {
          if (value !== null && value !== tenant) go(pb.tenant(value));
        }}
      />
      <Select
        {...shared}
        aria-label={t('nav.environment')}
        leftSection={<IconBox size={16} aria-hidden="true" />}
        data={places}
        value={environment ?? null}
        placeholder={places.length === 0 ? t('nav.noEnvironments') : t('nav.environment')}
        searchable={places.length > manyChoices}
        disabled={places.length === 0}
        onChange={(value) => {
          if (tenant !== undefined && value !== null && value !== environment)
            go(pb.environment({ tenant, environment: value }));
        }}
      />
    </>
  );
};
