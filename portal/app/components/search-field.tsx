// Finds in a list; asks once the typing rests.
import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';

const searchDelayMs = 250;
const searchMaximum = 100;

type Props = { readonly label: string; readonly value: string; readonly onSearch: (text: string) => void };

export const SearchField = ({ label, value, onSearch }: Props) => {
  const [text, setText] = useState(value);
  const search = useDebouncedCallback(onSearch, searchDelayMs);
  return (
    <TextInput
      type="search"
      aria-label={label}
      placeholder={label}
      leftSection={<IconSearch size={16} aria-hidden="true" />}
      value={text}
      maxLength={searchMaximum}
      maw={340}
      style={{ flex: '1 1 14rem' }}
      onChange={(event) => {
        setText(event.currentTarget.value);
        search(event.currentTarget.value.trim());
      }}
    />
  );
};
