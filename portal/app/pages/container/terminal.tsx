// The terminal itself. Loaded only with the shell page, since it is heavy.
import '@xterm/xterm/css/xterm.css';
import { FitAddon } from '@xterm/addon-fit';
import { Terminal as Xterm } from '@xterm/xterm';
import { useEffect, useEffectEvent, useRef } from 'react';
import type { ContainerPlace } from '#util/path-builder.ts';
import { ShellSession, type ShellState, type TerminalSize } from './shell-session.ts';
import styles from './terminal.module.css';

type Props = {
  readonly place: ContainerPlace;
  readonly label: string;
  readonly onState: (state: ShellState) => void;
  /** The keys that lead out of the terminal were pressed. */
  readonly onLeave: () => void;
};

const scrollbackLines = 5_000;

const makeTerminal = (): Xterm =>
  new Xterm({
    cursorBlink: true,
    fontFamily: 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace',
    fontSize: 13,
    lineHeight: 1.25,
    scrollback: scrollbackLines,
    screenReaderMode: true,
    theme: { background: '#0f151b', foreground: '#d8dfe7', cursor: '#6cb8ee', selectionBackground: '#2f83bf80' },
  });

const sizeOf = (terminal: Xterm): TerminalSize => ({ rows: terminal.rows, columns: terminal.cols });

/** The keyboard would be caught in the terminal, which needs even Tab; these keys lead out. */
const isLeave = (event: KeyboardEvent): boolean => event.ctrlKey && event.shiftKey && event.key === 'ArrowUp';

export const Terminal = ({ place, label, onState, onLeave }: Props) => {
  const frame = useRef<HTMLDivElement>(null);
  const hear = useEffectEvent(onState);
  const leave = useEffectEvent(onLeave);
  const { tenant, environment, application, container } = place;

  useEffect(() => {
    const parent = frame.current;
    if (parent === null) return;
    const terminal = makeTerminal();
    const fit = new FitAddon();
    terminal.loadAddon(fit);
    terminal.open(parent);
    terminal.textarea?.setAttribute('aria-label', label);
    fit.fit();
    const session = new ShellSession({
      onBytes: (bytes) => terminal.write(bytes),
      onState: (state) => {
        if (state.is !== 'connected') terminal.options.disableStdin = true;
        hear(state);
        if (state.is === 'connected') terminal.focus();
      },
    });
    const encoder = new TextEncoder();
    terminal.onData((text) => session.send(encoder.encode(text)));
    terminal.onBinary((text) => session.send(Uint8Array.from(text, (letter) => letter.charCodeAt(0))));
    terminal.onResize(() => session.resize(sizeOf(terminal)));
    terminal.attachCustomKeyEventHandler((event) => {
      if (!isLeave(event)) return true;
      leave();
      return false;
    });
    const watcher = new ResizeObserver(() => fit.fit());
    watcher.observe(parent);
    void session.open({ tenant, environment, application, container }, sizeOf(terminal));
    return () => {
      watcher.disconnect();
      session.close();
      terminal.dispose();
    };
  }, [tenant, environment, application, container, label]);

  return <div ref={frame} className={styles.terminal} role="region" aria-label={label} />;
};
