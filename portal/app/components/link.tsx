// Links within the portal: made of the paths of `pb`, followed without loading the page anew.
import { Anchor, type AnchorProps } from '@mantine/core';
import { Link, useRouter } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, ReactNode, Ref } from 'react';

type Props = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href' | 'target'> & {
  readonly to: string;
  readonly ref?: Ref<HTMLAnchorElement>;
};

const partsOf = (path: string): { to: string; search: Record<string, string> } => {
  const [to = '/', query = ''] = path.split('?');
  return { to, search: Object.fromEntries(new URLSearchParams(query)) };
};

export const AppLink = ({ to, ...anchor }: Props) => <Link {...partsOf(to)} {...anchor} />;

export const TextLink = ({
  to,
  children,
  ...anchor
}: AnchorProps & { readonly to: string; readonly children: ReactNode; readonly 'aria-label'?: string }) => (
  <Anchor component={AppLink} to={to} {...(anchor.size === undefined ? { inherit: true } : {})} {...anchor}>
    {children}
  </Anchor>
);

/** Goes to a path of `pb`. */
export const useGo = (): ((path: string) => void) => {
  const router = useRouter();
  return (path) => void router.navigate(partsOf(path));
};
