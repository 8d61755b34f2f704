// The editor, loaded when it is first shown; a frame of its size stands there meanwhile, so that nothing jumps.
import { Skeleton } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { loadPart } from '#util/load-part.ts';
import type { YamlEditorProps } from './yaml-editor.tsx';

const YamlEditor = lazy(loadPart(async () => ({ default: (await import('./yaml-editor.tsx')).YamlEditor })));

export const LazyYamlEditor = (props: YamlEditorProps) => (
  <Suspense fallback={<Skeleton height={420} radius={0} />}>
    <YamlEditor {...props} />
  </Suspense>
);
