// A button that cannot be pressed now says why: on hover, on focus, and to screen readers. It stays focusable, since a
// disabled button can neither be reached by keyboard nor show a tooltip.
import { ActionIcon, Button, Menu, Tooltip, type ButtonProps } from '@mantine/core';
import { useId, type ReactNode } from 'react';

export type Ability = true | string;

type Props = Pick<ButtonProps, 'variant' | 'color' | 'leftSection' | 'size' | 'loading'> & {
  readonly ability: Ability;
  readonly onClick: () => void;
  readonly children: ReactNode;
  readonly label?: string;
};

export const AbilityButton = ({ ability, onClick, children, label, ...button }: Props) => {
  const reasonId = useId();
  const disabled = ability !== true;
  const inner = (
    <Button
      {...button}
      {...(label === undefined ? {} : { 'aria-label': label })}
      {...(disabled ? { 'data-disabled': true } : {})}
      aria-disabled={disabled}
      aria-describedby={disabled ? reasonId : undefined}
      onClick={(event) => {
        event.preventDefault();
        if (!disabled) onClick();
      }}
    >
      {children}
    </Button>
  );
  if (!disabled) return inner;
  return (
    <>
      <Tooltip label={ability}>{inner}</Tooltip>
      <span id={reasonId} hidden>
        {ability}
      </span>
    </>
  );
};

/** The same as an entry of a menu; the reason stands below the word. */
export const AbilityMenuItem = ({
  ability,
  onClick,
  icon,
  color,
  children,
}: {
  readonly ability: Ability;
  readonly onClick: () => void;
  readonly icon: ReactNode;
  readonly color?: string;
  readonly children: ReactNode;
}) => (
  <Menu.Item
    leftSection={icon}
    disabled={ability !== true}
    onClick={onClick}
    {...(color === undefined || ability !== true ? {} : { color })}
  >
    {children}
    {ability === true ? null : <div style={{ fontSize: 12, maxWidth: 240, whiteSpace: 'normal' }}>{ability}</div>}
  </Menu.Item>
);

/** The same as a small round of an icon. `isOff` is for a moment that needs no explanation. */
export const AbilityIcon = ({
  ability,
  label,
  isOff = false,
  onClick,
  children,
}: {
  readonly ability: Ability;
  readonly label: string;
  readonly isOff?: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}) => {
  const disabled = ability !== true || isOff;
  return (
    <Tooltip label={ability === true ? label : ability}>
      <ActionIcon
        variant="default"
        size={28}
        aria-label={label}
        {...(disabled ? { 'data-disabled': true } : {})}
        aria-disabled={disabled}
        {...(ability === true ? {} : { 'aria-description': ability })}
        onClick={(event) => {
          event.preventDefault();
          if (!disabled) onClick();
        }}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
};
