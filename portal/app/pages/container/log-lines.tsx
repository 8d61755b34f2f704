// The lines. The page stays at the newest until the person scrolls up, and goes along again once back at the end.
import { Button } from '@mantine/core';
import { IconArrowDown } from '@tabler/icons-react';
import { memo, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type LogBlock, type NumberedLine } from './log-buffer.ts';
import styles from './log-lines.module.css';
import type { LogView } from './log-stream.ts';
import { partsOf, type TextPart } from './log-text.ts';
import type { LogLook } from './log-toolbar.tsx';

/** So near the end counts as at the end: a finger or a zoomed page seldom hits it exactly. */
const nearEndPixels = 30;

type Props = { readonly view: LogView; readonly search: string; readonly look: LogLook };

export const LogLines = ({ view, search, look }: Props) => {
  const { t } = useTranslation();
  const frame = useRef<HTMLDivElement>(null);
  const [isAtEnd, setAtEnd] = useState(true);
  const toEnd = (): void => {
    if (frame.current !== null) frame.current.scrollTop = frame.current.scrollHeight;
  };
  useLayoutEffect(() => {
    if (isAtEnd) toEnd();
  }, [isAtEnd, view.buffer, look]);
  const empty = search === '' ? t('logs.empty') : t('logs.emptySearch', { search });
  return (
    <div className={styles.frame}>
      <div
        ref={frame}
        className={`${styles.lines} ${look.isWrapped ? styles.wrapped : ''}`}
        role="log"
        aria-live="off"
        aria-label={t('logs.lines')}
        tabIndex={0}
        onScroll={(event) => {
          const { scrollTop, clientHeight, scrollHeight } = event.currentTarget;
          setAtEnd(scrollTop + clientHeight >= scrollHeight - nearEndPixels);
        }}
      >
        {view.buffer.count === 0 && view.state.is !== 'connecting' ? <div className={styles.empty}>{empty}</div> : null}
        {view.buffer.blocks.map((block) => (
          <Block key={block.first} block={block} search={search} hasTimes={look.hasTimes} />
        ))}
      </div>
      {isAtEnd ? null : (
        <Button
          className={styles.toEnd ?? ''}
          size="xs"
          radius="xl"
          leftSection={<IconArrowDown size={14} aria-hidden="true" />}
          onClick={toEnd}
        >
          {t('logs.toEnd')}
        </Button>
      )}
    </div>
  );
};

const Block = memo(({ block, search, hasTimes }: { block: LogBlock; search: string; hasTimes: boolean }) => (
  <div className={styles.block}>
    {block.lines.map((line) => (
      <Line key={line.number} line={line} search={search} hasTimes={hasTimes} />
    ))}
  </div>
));
Block.displayName = 'Block';

const Line = ({ line, search, hasTimes }: { line: NumberedLine; search: string; hasTimes: boolean }) => {
  const { t } = useTranslation();
  return (
    <div className={`${styles.line} ${line.stream === 'err' ? styles.error : ''}`}>
      {hasTimes ? <span className={styles.time}>{line.at.slice(0, 23).replace('T', ' ')}</span> : null}
      {line.stream === 'err' ? <span className={styles.mark} title={t('logs.errorLine')} aria-hidden="true" /> : null}
      <span>
        {partsOf(line.text, search).map((part, index) => (
          <Part key={index} part={part} />
        ))}
      </span>
    </div>
  );
};

const Part = ({ part }: { part: TextPart }) => {
  if (part.isMatch === true) return <mark className={styles.match}>{part.text}</mark>;
  if (part.color === undefined && part.isBold === undefined) return part.text;
  return (
    <span
      style={{
        ...(part.color === undefined ? {} : { color: `var(--log-${part.color})` }),
        ...(part.isBold === undefined ? {} : { fontWeight: 700 }),
      }}
    >
      {part.text}
    </span>
  );
};
