// One file of two revisions: side by side where there is room, one below the other where there is not.
import { UnstyledButton, VisuallyHidden } from '@mantine/core';
import { Fragment, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { diffRows, piecesOf, type DiffRow, type Side, type TextPiece } from './diff-rows.ts';
import styles from './file-diff.module.css';

const blank = '\u00a0';

type Different = Extract<DiffRow, { is: 'different' | 'same' }>;

type Props = {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  readonly isSideBySide: boolean;
};

export const FileDiff = ({ name, before, after, isSideBySide }: Props) => {
  const { t } = useTranslation();
  const rows = useMemo(() => diffRows(before, after), [before, after]);
  return (
    <div className={styles.scroll} tabIndex={0} role="region" aria-label={t('revisions.diffOf', { file: name })}>
      <table className={isSideBySide ? styles.split : styles.unified}>
        <tbody>
          {rows.map((row, index) => (
            <Row key={index} row={row} isSideBySide={isSideBySide} />
          ))}
        </tbody>
      </table>
    </div>
  );
};

const Row = ({ row, isSideBySide }: { row: DiffRow; isSideBySide: boolean }) => {
  if (row.is === 'folded') return <Folded rows={row.rows} isSideBySide={isSideBySide} />;
  return isSideBySide ? <Split row={row} /> : <Unified row={row} />;
};

const Folded = ({ rows, isSideBySide }: { rows: readonly DiffRow[]; isSideBySide: boolean }) => {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  if (isOpen)
    return (
      <>
        {rows.map((row, index) => (
          <Row key={index} row={row} isSideBySide={isSideBySide} />
        ))}
      </>
    );
  return (
    <tr>
      <td colSpan={4} className={styles.folded}>
        <UnstyledButton onClick={() => setOpen(true)} className={styles.unfold ?? ''}>
          {t('revisions.unchangedLines', { count: rows.length })}
        </UnstyledButton>
      </td>
    </tr>
  );
};

const Pieces = ({ pieces }: { pieces: readonly TextPiece[] }) =>
  pieces.map((piece, index) => (
    <Fragment key={index}>
      {piece.isDifferent ? <mark className={styles.word}>{piece.text}</mark> : piece.text}
    </Fragment>
  ));

/** Colour, sign and a word for screen readers: each tells what became of a line. */
const Cells = ({
  side,
  pieces,
  look,
}: {
  side: Side | undefined;
  pieces: readonly TextPiece[];
  look: 'same' | 'gone' | 'come';
}) => {
  const { t } = useTranslation();
  if (side === undefined)
    return (
      <>
        <td className={styles.number}>{blank}</td>
        <td className={styles.absent}>{blank}</td>
      </>
    );
  const sign = { same: '', gone: '−', come: '+' }[look];
  return (
    <>
      <td className={`${styles.number} ${styles[look]}`}>{side.number}</td>
      <td className={`${styles.text} ${styles[look]}`} data-sign={sign}>
        {look === 'same' ? null : (
          <VisuallyHidden>{look === 'gone' ? t('revisions.lineRemoved') : t('revisions.lineAdded')}: </VisuallyHidden>
        )}
        <Pieces pieces={pieces} />
      </td>
    </>
  );
};

const Split = ({ row }: { row: Different }) => {
  const pieces = row.is === 'same' ? undefined : piecesOf(row.left?.text, row.right?.text);
  const whole = (side: Side | undefined): TextPiece[] => (side === undefined ? [] : [{ ...side, isDifferent: false }]);
  return (
    <tr>
      <Cells side={row.left} pieces={pieces?.left ?? whole(row.left)} look={row.is === 'same' ? 'same' : 'gone'} />
      <Cells side={row.right} pieces={pieces?.right ?? whole(row.right)} look={row.is === 'same' ? 'same' : 'come'} />
    </tr>
  );
};

const Unified = ({ row }: { row: Different }) => {
  if (row.is === 'same')
    return (
      <tr>
        <td className={styles.number}>{row.left.number}</td>
        <Cells side={row.right} pieces={[{ text: row.right.text, isDifferent: false }]} look="same" />
      </tr>
    );
  const pieces = piecesOf(row.left?.text, row.right?.text);
  return (
    <>
      {row.left === undefined ? null : (
        <tr>
          <td className={`${styles.number} ${styles.gone}`}>{row.left.number}</td>
          <td className={`${styles.number} ${styles.gone}`}>{blank}</td>
          <UnifiedText pieces={pieces.left} look="gone" />
        </tr>
      )}
      {row.right === undefined ? null : (
        <tr>
          <td className={`${styles.number} ${styles.come}`}>{blank}</td>
          <Cells side={row.right} pieces={pieces.right} look="come" />
        </tr>
      )}
    </>
  );
};

const UnifiedText = ({ pieces, look }: { pieces: readonly TextPiece[]; look: 'gone' }) => {
  const { t } = useTranslation();
  return (
    <td className={`${styles.text} ${styles[look]}`} data-sign="−">
      <VisuallyHidden>{t('revisions.lineRemoved')}: </VisuallyHidden>
      <Pieces pieces={pieces} />
    </td>
  );
};
