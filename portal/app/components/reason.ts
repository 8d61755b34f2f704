// Reasons are stable codes of the server. Those the portal knows have words in every language; any other is made
// readable, so that a newer server is still understood.
import i18next from 'i18next';

/** `image_not_found` → `Image not found`, when nothing better is known. */
const readableCode = (code: string): string => {
  const words = code.replaceAll('_', ' ').trim();
  return words.slice(0, 1).toUpperCase() + words.slice(1);
};

const textOf = (section: 'reason' | 'remedy' | 'code' | 'problem', code: string): string | undefined => {
  const key = `${section}.${code}`;
  return /^[a-z_]+$/.test(code) && i18next.exists(key)
    ? String(i18next.getResource(i18next.language, 'translation', key))
    : undefined;
};

export const reasonText = (reason: string): string =>
  textOf('reason', reason) ?? textOf('problem', reason) ?? readableCode(reason);
/** What helps, in the reader's language where the portal knows it, else in the server's words. */
export const remedyText = (reason: string, said: string): string => textOf('remedy', reason) ?? said;
export const errorCodeText = (code: string): string | undefined => textOf('code', code);

/** The server says problems in English; to readers of another language, what kind of problem it is in theirs. */
export const problemKindText = (code: string): string | undefined =>
  i18next.language === 'en' ? undefined : (textOf('problem', code) ?? textOf('reason', code));

/** Who did it: a person or hook by name, or a part of the platform. */
export const actorText = (actor: string): string => {
  if (actor === 'reconciler') return i18next.t('events.platform');
  return actor === 'schedule' ? i18next.t('events.schedule') : actor;
};
