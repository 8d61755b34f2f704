// A form or question over the page, there as long as it is drawn. Focus goes round in it, and returns to what opened it.
import { Modal, type ModalProps } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

type Props = Pick<ModalProps, 'title' | 'onClose' | 'children'> &
  Partial<Pick<ModalProps, 'size' | 'closeOnClickOutside'>>;

export const Dialog = (props: Props) => {
  const { t } = useTranslation();
  useReturnOfFocus();
  return <Modal opened {...props} closeButtonProps={{ 'aria-label': t('common.close') }} />;
};

/** What had the focus; of an entry of a menu, which goes with its menu, the button of the menu. */
const opener = (): Element | null => {
  const active = document.activeElement;
  const menu = active?.closest('[role="menu"]');
  return menu?.id ? document.querySelector(`[aria-controls="${CSS.escape(menu.id)}"]`) : active;
};

// The library gives focus back only from a dialog that stays drawn when it is closed.
const useReturnOfFocus = (): void => {
  const [from] = useState(opener);
  useEffect(
    () => () => {
      if (from instanceof HTMLElement && from.isConnected) from.focus({ preventScroll: true });
    },
    [from],
  );
};
