// Takes files and folders into the draft, however they come, and says so when they are too many or too large.
import { useTranslation } from 'react-i18next';
import { notifyError } from '#components/error-message.tsx';
import { bytesText } from '#util/bytes.ts';
import { addUpload } from './upload.ts';
import type { Draft } from './draft.ts';
import type { ChangeDraft } from './files-panel.tsx';
import { allBytesMaximum, filesMaximum, readFiles, UploadError, type Found } from './read-files.ts';

type Props = { readonly draft: Draft; readonly change: ChangeDraft; readonly onShow: (id: number) => void };

export const useUpload = ({ draft, change, onShow }: Props): ((found: Promise<Found> | Found) => void) => {
  const { t, i18n } = useTranslation();
  const sentence = (error: unknown): unknown => {
    if (!(error instanceof UploadError)) return error;
    return new Error(
      error.is === 'too_many'
        ? t('publish.tooManyFiles', { count: filesMaximum })
        : t('publish.tooMuch', { size: bytesText(allBytesMaximum, i18n.language) }),
      { cause: error },
    );
  };
  const take = async (given: Promise<Found> | Found): Promise<void> => {
    const found = await given;
    const read = await readFiles(found);
    const next = addUpload(draft, read, found.isFolder);
    change(() => next);
    const shown = found.isFolder
      ? next.files.find((file) => file.isCompose)
      : next.files.find(({ name }) => name === read[0]?.name);
    if (shown !== undefined) onShow(shown.id);
  };
  return (given) => void take(given).catch((error: unknown) => notifyError(sentence(error), t('publish.uploadFiles')));
};
