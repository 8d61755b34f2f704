// The text editor: YAML colours, and problems shown at their lines.
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  placeholder,
} from '@codemirror/view';
import type { Problem } from '@berth/contract/problems.ts';
import { useEffect, useEffectEvent, useRef } from 'react';
import { highlight, look } from './yaml-editor-look.ts';
import { placeOf } from './yaml-editor-problems.ts';

/** A line to go to; a new object each time, so that going to the same line twice works. */
export type EditorTarget = { readonly line: number; readonly column?: number | undefined };

export type YamlEditorProps = {
  readonly label: string;
  readonly text: string;
  readonly isYaml: boolean;
  /** Shown in an empty editor. */
  readonly placeholder?: string | undefined;
  /** Absent: only to read. */
  readonly onChange?: (text: string) => void;
  readonly problems?: readonly Problem[];
  readonly target?: EditorTarget | undefined;
};

const extensionsOf = (props: YamlEditorProps, attributes: Extension, onChange: (text: string) => void): Extension[] => [
  lineNumbers(),
  highlightActiveLineGutter(),
  highlightActiveLine(),
  history(),
  drawSelection(),
  indentOnInput(),
  indentUnit.of('  '),
  bracketMatching(),
  syntaxHighlighting(highlight),
  lintGutter(),
  EditorView.lineWrapping,
  // Escape, then Tab leaves the editor; indentWithTab alone would hold the keyboard prisoner, which CodeMirror prevents.
  keymap.of([...defaultKeymap, ...historyKeymap, ...lintKeymap, indentWithTab]),
  look,
  attributes,
  ...(props.isYaml ? [yaml()] : []),
  ...(props.placeholder === undefined ? [] : [placeholder(props.placeholder)]),
  ...(props.onChange === undefined ? [EditorState.readOnly.of(true)] : []),
  EditorView.updateListener.of((update) => {
    if (update.docChanged) onChange(update.state.doc.toString());
  }),
];

/** Text given from outside replaces what is there, unless it is what the person just typed. */
const replaceText = (view: EditorView, text: string): void => {
  if (view.state.doc.toString() === text) return;
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
};

const goTo = (view: EditorView, target: EditorTarget): void => {
  const line = view.state.doc.line(Math.min(Math.max(1, target.line), view.state.doc.lines));
  const anchor = Math.min(line.to, line.from + Math.max(0, (target.column ?? 1) - 1));
  view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
  view.focus();
};

export const YamlEditor = (props: YamlEditorProps) => {
  const { label, text, isYaml, problems, target, onChange } = props;
  const frame = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const readProps = useEffectEvent(() => props);
  const hear = useEffectEvent((changed: string) => onChange?.(changed));
  const attributes = useRef(new Compartment());
  const isReadOnly = onChange === undefined;

  useEffect(() => {
    const parent = frame.current;
    if (parent === null) return;
    const given = readProps();
    const made = new EditorView({
      parent,
      state: EditorState.create({
        doc: given.text,
        extensions: extensionsOf(given, attributes.current.of([]), hear),
      }),
    });
    view.current = made;
    return () => {
      view.current = null;
      made.destroy();
    };
  }, [isYaml, isReadOnly]);

  useEffect(() => {
    const content = EditorView.contentAttributes.of({ 'aria-label': label, 'aria-multiline': 'true' });
    view.current?.dispatch({ effects: attributes.current.reconfigure(content) });
  }, [label, isYaml, isReadOnly]);

  useEffect(() => {
    if (view.current !== null) replaceText(view.current, text);
  }, [text]);

  useEffect(() => {
    const shown = view.current;
    if (shown === null) return;
    const diagnostics = (problems ?? []).map((problem) => placeOf(problem, shown.state.doc));
    shown.dispatch(setDiagnostics(shown.state, diagnostics));
  }, [problems, isYaml]);

  useEffect(() => {
    if (view.current !== null && target !== undefined) goTo(view.current, target);
  }, [target]);

  return <div ref={frame} />;
};
