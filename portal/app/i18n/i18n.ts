// Languages: chosen by the person, else by the browser; the words of one language are loaded, not of all.
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { loadPart } from '#util/load-part.ts';

export const languages = ['en', 'zh'] as const;
export type Language = (typeof languages)[number];
export const languageNames: { readonly [L in Language]: string } = { en: 'English', zh: '中文' };

const storageKey = 'berth-language';
const htmlNames: { readonly [L in Language]: string } = { en: 'en', zh: 'zh-CN' };

const isLanguage = (text: string | null): text is Language => languages.some((language) => language === text);

const preferredLanguage = (): Language => {
  try {
    const stored = localStorage.getItem(storageKey);
    if (isLanguage(stored)) return stored;
  } catch {
    // Storage may be forbidden; the browser's own language decides then.
  }
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
};

const load = async (language: Language): Promise<void> => {
  if (i18next.hasResourceBundle(language, 'translation')) return;
  i18next.addResourceBundle(language, 'translation', await wordsOf[language]());
};

const wordsOf: { readonly [L in Language]: () => Promise<object> } = {
  en: async () => (await loadPart(() => import('./en.ts'))()).en,
  zh: async () => {
    const [{ zh }, { problemsZh }] = await Promise.all([
      loadPart(() => import('./zh.ts'))(),
      loadPart(() => import('./problems-zh.ts'))(),
    ]);
    return { ...zh, problem: problemsZh };
  },
};

export const startI18n = async (): Promise<void> => {
  const language = preferredLanguage();
  await i18next.use(initReactI18next).init({
    resources: {},
    lng: language,
    supportedLngs: [...languages],
    fallbackLng: false,
    partialBundledLanguages: true,
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  });
  await setLanguage(language);
};

export const setLanguage = async (language: Language): Promise<void> => {
  await load(language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = htmlNames[language];
  try {
    localStorage.setItem(storageKey, language);
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
};

export const currentLanguage = (): Language => (i18next.language === 'zh' ? 'zh' : 'en');
