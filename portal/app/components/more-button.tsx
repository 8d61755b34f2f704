// The next page of a list that grows downwards; nothing when all of it is there.
import { Button, Center } from '@mantine/core';

type Props = {
  readonly label: string;
  readonly query: {
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    readonly fetchNextPage: () => Promise<unknown>;
  };
};

export const MoreButton = ({ label, query }: Props) =>
  query.hasNextPage ? (
    <Center mt="md">
      <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        {label}
      </Button>
    </Center>
  ) : null;
