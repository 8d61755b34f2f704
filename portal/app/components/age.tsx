// How long ago something was, kept current; the exact time on hover and for machines.
import { useTranslation } from 'react-i18next';
import { ageText, instantText } from '#util/age.ts';
import { instantMs } from '#util/clock.ts';
import { useNow } from '#util/ticker.ts';

export const Age = ({ at, ago = true }: { at: string; ago?: boolean }) => {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const age = ageText(now - instantMs(at), i18n.language);
  return (
    <time dateTime={at} title={instantText(instantMs(at), i18n.language)}>
      {ago ? t('common.ago', { age }) : age}
    </time>
  );
};

/** The age as text, for sentences. */
export const useAgeText = (): ((at: string) => string) => {
  const { i18n } = useTranslation();
  const now = useNow();
  return (at) => ageText(now - instantMs(at), i18n.language);
};
