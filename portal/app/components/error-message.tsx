// What went wrong, said once: a sentence in the reader's language, the server's own sentence, its problems.
import type { Problem } from '@berth/contract/problems.ts';
import { Alert, Button, Group, List, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAlertCircle } from '@tabler/icons-react';
import i18next from 'i18next';
import { useTranslation } from 'react-i18next';
import { isApiError, isOffline } from '#api/client.ts';
import { errorCodeText, problemKindText } from './reason.ts';

export type ErrorText = {
  readonly title: string;
  readonly message?: string | undefined;
  readonly problems: readonly Problem[];
  readonly requestId?: string | undefined;
};

/** English readers get the server's sentence alone; others get theirs first, since the server speaks English. */
export const errorText = (error: unknown): ErrorText => {
  if (isOffline(error)) return { title: i18next.t('code.offline'), problems: [] };
  if (!isApiError(error)) return { title: error instanceof Error ? error.message : String(error), problems: [] };
  const own = i18next.language === 'en' ? undefined : errorCodeText(error.code);
  return {
    title: own ?? error.message,
    message: own === undefined ? undefined : error.message,
    // A single reason is often the sentence itself.
    problems: error.problems.filter((problem) => problem.message !== error.message),
    requestId: error.status >= 500 ? error.requestId : undefined,
  };
};

const problemText = (problem: Problem): string => {
  const place =
    problem.file === undefined
      ? problem.path
      : `${problem.file}${problem.line === undefined ? '' : `:${problem.line}`}`;
  const kind = problemKindText(problem.code);
  const said = kind === undefined ? problem.message : `${kind}: ${problem.message}`;
  return place === undefined ? said : `${place}: ${said}`;
};

const Details = ({ text, hasProblems = true }: { text: ErrorText; hasProblems?: boolean }) => {
  const { t } = useTranslation();
  return (
    <>
      {text.message === undefined ? null : <Text size="sm">{text.message}</Text>}
      {!hasProblems || text.problems.length === 0 ? null : (
        <List size="sm" mt={4}>
          {text.problems.slice(0, 10).map((problem, index) => (
            <List.Item key={index}>{problemText(problem)}</List.Item>
          ))}
        </List>
      )}
      {text.requestId === undefined ? null : (
        <Text size="xs" c="dimmed" mt={4}>
          {t('error.requestId')}: {text.requestId}
        </Text>
      )}
    </>
  );
};

/** Beside a form or in place of what could not be read. */
export const ErrorMessage = ({
  error,
  title,
  hasProblems = true,
  onRetry,
}: {
  error: unknown;
  title?: string | undefined;
  /** False where they are listed beside the message. */
  hasProblems?: boolean;
  onRetry?: (() => void) | undefined;
}) => {
  const { t } = useTranslation();
  const text = errorText(error);
  return (
    <Alert color="red" variant="light" icon={<IconAlertCircle />} title={title ?? text.title} role="alert">
      {title === undefined ? null : <Text size="sm">{text.title}</Text>}
      <Details text={text} hasProblems={hasProblems} />
      {onRetry === undefined ? null : (
        <Group mt="sm">
          <Button size="xs" variant="default" onClick={onRetry}>
            {t('common.retry')}
          </Button>
        </Group>
      )}
    </Alert>
  );
};

/** For flows that have closed their form by the time the answer comes. */
export const notifyError = (error: unknown, title: string): void => {
  const text = errorText(error);
  notifications.show({
    color: 'red',
    title,
    message: (
      <>
        <Text size="sm">{text.title}</Text>
        <Details text={text} />
      </>
    ),
    autoClose: 12_000,
    withBorder: true,
    closeButtonProps: { 'aria-label': i18next.t('common.close') },
  });
};

export const notifyDone = (title: string, message?: string): void => {
  notifications.show({
    color: 'teal',
    title,
    message: message ?? '',
    autoClose: 3_500,
    withBorder: true,
    closeButtonProps: { 'aria-label': i18next.t('common.close') },
  });
};
