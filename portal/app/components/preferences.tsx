// Language and colours, on every page, signed in or not.
import { ActionIcon, Menu, Tooltip, useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import { IconCheck, IconDeviceDesktop, IconLanguage, IconMoon, IconSun } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { currentLanguage, languageNames, languages, setLanguage } from '#i18n/i18n.ts';

const chosen = <IconCheck size={16} aria-hidden="true" />;

export const LanguageMenu = () => {
  const { t } = useTranslation();
  const now = currentLanguage();
  return (
    <Menu position="bottom-end" width={160}>
      <Menu.Target>
        <Tooltip label={t('nav.language')}>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('nav.language')}>
            <IconLanguage size={19} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {languages.map((language) => (
          <Menu.Item
            key={language}
            lang={language}
            aria-current={language === now}
            rightSection={language === now ? chosen : null}
            onClick={() => void setLanguage(language)}
          >
            {languageNames[language]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
};

const schemes: readonly { scheme: MantineColorScheme; Icon: typeof IconSun }[] = [
  { scheme: 'light', Icon: IconSun },
  { scheme: 'dark', Icon: IconMoon },
  { scheme: 'auto', Icon: IconDeviceDesktop },
];

export const ColorsMenu = () => {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Now = schemes.find(({ scheme }) => scheme === colorScheme)?.Icon ?? IconDeviceDesktop;
  return (
    <Menu position="bottom-end" width={190}>
      <Menu.Target>
        <Tooltip label={t('nav.colors')}>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('nav.colors')}>
            <Now size={19} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {schemes.map(({ scheme, Icon }) => (
          <Menu.Item
            key={scheme}
            leftSection={<Icon size={16} aria-hidden="true" />}
            aria-current={scheme === colorScheme}
            rightSection={scheme === colorScheme ? chosen : null}
            onClick={() => setColorScheme(scheme)}
          >
            {t(`nav.${scheme}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
};
