// Text of a machine, as it came: log lines, commands, files. Focusable, so that it can be scrolled with the keyboard.
import styles from './code-block.module.css';

export const CodeBlock = ({ label, text }: { label: string; text: string }) => (
  <pre className={styles.block} tabIndex={0} role="region" aria-label={label}>
    {text}
  </pre>
);
