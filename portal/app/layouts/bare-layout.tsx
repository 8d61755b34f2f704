// A frame for what is shown outside of any other: a wrong address, a failure before sign-in.
import type { ReactNode } from 'react';
import { LogoMark } from '#ui/logo.tsx';

export const BareLayout = ({ children }: { children: ReactNode }) => (
  <main style={{ maxWidth: 720, margin: '12vh auto 0', padding: 16 }}>
    <div style={{ display: 'grid', placeItems: 'center', marginBottom: 20 }}>
      <LogoMark size={44} />
    </div>
    {children}
  </main>
);
