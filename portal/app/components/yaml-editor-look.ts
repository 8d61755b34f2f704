// Colours of the editor, taken from the theme's variables so that it follows light and dark by itself.
import { HighlightStyle } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

export const highlight = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--berth-busy)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--berth-good)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--berth-warn)' },
  { tag: [tags.comment, tags.lineComment], color: 'var(--berth-idle)', fontStyle: 'italic' },
  { tag: [tags.labelName, tags.typeName, tags.keyword, tags.meta], color: 'var(--berth-unknown)' },
  { tag: tags.invalid, color: 'var(--berth-bad)' },
]);

export const look = EditorView.theme({
  '&': { fontSize: '13px', backgroundColor: 'var(--berth-card)', color: 'var(--mantine-color-text)' },
  // Drawn over the gutter too, which would hide an outline of the editor itself.
  '&.cm-focused': { outline: 'none' },
  '&.cm-focused::after': {
    content: '""',
    position: 'absolute',
    inset: '0',
    border: '2px solid var(--mantine-primary-color-filled)',
    pointerEvents: 'none',
    zIndex: '300',
  },
  '.cm-scroller': {
    fontFamily: 'var(--mantine-font-family-monospace)',
    lineHeight: '1.6',
    maxHeight: '62vh',
    overflow: 'auto',
  },
  // On both, so that a click below the last line reaches the text and the gutter is as tall as the editor.
  '.cm-content, .cm-gutter': { minHeight: '280px' },
  '.cm-content': { caretColor: 'var(--mantine-color-text)', paddingBlock: '10px' },
  '.cm-cursor': { borderLeftColor: 'var(--mantine-color-text)' },
  '.cm-gutters': {
    backgroundColor: 'var(--berth-raised)',
    color: 'var(--mantine-color-dimmed)',
    borderRight: '1px solid var(--berth-line)',
  },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--berth-busy) 7%, transparent)' },
  '.cm-activeLineGutter': { backgroundColor: 'color-mix(in srgb, var(--berth-busy) 14%, transparent)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--berth-busy) 28%, transparent) !important',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--berth-card)',
    border: '1px solid var(--berth-line)',
    borderRadius: '6px',
    boxShadow: 'var(--mantine-shadow-md)',
  },
  '.cm-diagnostic': { fontFamily: 'var(--mantine-font-family)', padding: '6px 10px', maxWidth: '480px' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--berth-bad)' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--berth-warn)' },
});
