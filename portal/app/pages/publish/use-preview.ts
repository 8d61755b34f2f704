// The dry run: follows the draft a moment after the last key, keeps showing the last answer while the next is on its way.
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api } from '#api/client.ts';
import { kindKey } from '#api/keys.ts';
import type { EnvironmentPlace } from '#util/path-builder.ts';
import { missingIn, publicationOf, type Draft } from './draft.ts';

const settleMs = 600;

export const usePreview = (place: EnvironmentPlace, draft: Draft) => {
  const [settled] = useDebouncedValue(draft, settleMs);
  const missing = missingIn(settled);
  // The note does not change a plan; typing it must not ask anew.
  const { name, files, variables, profiles, upgrade } = settled;
  const publication = useMemo(
    () => publicationOf({ name, files, variables, profiles, upgrade, note: '', nextId: 0 }),
    [name, files, variables, profiles, upgrade],
  );
  const query = useQuery({
    queryKey: kindKey(place, 'applications', 'preview', publication),
    queryFn: ({ signal }) => api.previewApplication({ params: { ...place }, body: publication, signal }),
    enabled: missing === undefined,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false,
    retry: false,
    gcTime: 0,
  });
  return { ...query, missing, isChecking: query.isFetching || settled !== draft };
};
export type PreviewQuery = ReturnType<typeof usePreview>;
