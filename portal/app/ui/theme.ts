// Colours, type and spacing of the portal. Only here: pages use names, never values.
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

/** Deep water. Shade 6 carries white text at a contrast above 4.5. */
const harbor: MantineColorsTuple = [
  '#e9f4fb',
  '#d0e5f4',
  '#a0c9e8',
  '#6dadda',
  '#4a9ad2',
  '#2f83bf',
  '#1c6fa8',
  '#155b8b',
  '#0f4c75',
  '#0a3654',
];

/** Cool greys; shade 6 is the dimmed text and keeps a contrast above 4.5 on white. */
const gray: MantineColorsTuple = [
  '#f6f8fa',
  '#eef1f4',
  '#e3e8ed',
  '#d3dae1',
  '#b9c3cd',
  '#8e9aa7',
  '#5b6774',
  '#434e5a',
  '#2d3640',
  '#1a2129',
];

const dark: MantineColorsTuple = [
  '#d8dfe7',
  '#b6c0cb',
  '#97a3b1',
  '#71808f',
  '#36414d',
  '#2b3540',
  '#212a34',
  '#182029',
  '#11181f',
  '#0b1016',
];

/** Shade 6 of both carries white text, or stands on white, at a contrast above 4.5. */
const red: MantineColorsTuple = [
  '#fdeced',
  '#fce1e4',
  '#f4a6ac',
  '#f08088',
  '#e65f6a',
  '#da4350',
  '#c52b39',
  '#a5202d',
  '#7f1822',
  '#561018',
];
const yellow: MantineColorsTuple = [
  '#fdf6e7',
  '#fcefd6',
  '#f6d28c',
  '#f0b94e',
  '#e8a527',
  '#cf8a10',
  '#9a5b00',
  '#7d4a00',
  '#5f3800',
  '#422700',
];

const sans =
  '-apple-system, "Segoe UI", Roboto, "Helvetica Neue", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", Arial, sans-serif';
const mono =
  'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", "Noto Sans Mono CJK SC", monospace';

export const theme = createTheme({
  colors: { harbor, gray, dark, red, yellow },
  primaryColor: 'harbor',
  primaryShade: 6,
  defaultRadius: 'md',
  fontFamily: sans,
  fontFamilyMonospace: mono,
  headings: {
    fontFamily: sans,
    fontWeight: '650',
    sizes: {
      h1: { fontSize: '1.5rem', lineHeight: '1.3' },
      h2: { fontSize: '1.125rem', lineHeight: '1.4' },
      h3: { fontSize: '1rem', lineHeight: '1.4' },
    },
  },
  cursorType: 'pointer',
  components: {
    Tooltip: {
      defaultProps: { withArrow: true, multiline: true, maw: 320, events: { hover: true, focus: true, touch: true } },
    },
    Modal: {
      defaultProps: { centered: true, radius: 'md' },
      styles: { title: { fontWeight: 650, fontSize: 'var(--mantine-font-size-lg)' } },
    },
    Paper: {
      defaultProps: { withBorder: true, radius: 'md' },
      vars: () => ({ root: { '--paper-border-color': 'var(--berth-line)' } }),
    },
  },
});

/** What the library has no name for: the page behind the cards, and the tones of states. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--berth-page': '#f4f6f8',
    '--berth-card': '#ffffff',
    '--berth-raised': '#f8fafb',
    '--berth-line': '#e0e6eb',
    '--berth-good': '#0c7a4f',
    '--berth-good-tint': '#e2f5ec',
    '--berth-busy': '#1c6fa8',
    '--berth-busy-tint': '#e4f1fa',
    '--berth-warn': '#9a5b00',
    '--berth-warn-tint': '#fdf1da',
    '--berth-bad': '#bb2332',
    '--berth-bad-tint': '#fde8e9',
    '--berth-idle': '#5b6774',
    '--berth-idle-tint': '#edf0f3',
    '--berth-unknown': '#6d4bb8',
    '--berth-unknown-tint': '#f1ecfa',
  },
  dark: {
    '--berth-page': '#0f151b',
    '--berth-card': '#182029',
    '--berth-raised': '#1d2630',
    '--berth-line': '#2b3641',
    '--berth-good': '#4fd39b',
    '--berth-good-tint': '#12342a',
    '--berth-busy': '#6cb8ee',
    '--berth-busy-tint': '#14314a',
    '--berth-warn': '#f2b95a',
    '--berth-warn-tint': '#3a2c12',
    '--berth-bad': '#ff8088',
    '--berth-bad-tint': '#431c22',
    '--berth-idle': '#a3afbc',
    '--berth-idle-tint': '#27313c',
    '--berth-unknown': '#bda3f5',
    '--berth-unknown-tint': '#2d2547',
    '--mantine-color-anchor': '#6cb8ee',
    '--mantine-color-red-light': '#371b21',
    '--mantine-color-red-light-color': '#ff9aa1',
    '--mantine-color-yellow-light': '#322819',
    '--mantine-color-yellow-light-color': '#f2c47a',
    '--mantine-color-gray-light': '#242e38',
    '--mantine-color-gray-light-color': '#d8dfe7',
    '--mantine-color-harbor-light': '#17354d',
    '--mantine-color-harbor-light-hover': '#1b3f5b',
    '--mantine-color-harbor-light-color': '#9fd0f5',
  },
});
