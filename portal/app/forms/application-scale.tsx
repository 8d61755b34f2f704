// Set how many containers each service has. Refusals stay in the form: the numbers are what must be changed.
import type { Application } from '@berth/contract/applications.ts';
import { Button, Group, NumberInput, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '#components/dialog.tsx';
import { useScale } from '#api/changes.ts';
import { ErrorMessage, notifyDone } from '#components/error-message.tsx';
import type { ApplicationPlace } from '#util/path-builder.ts';

type Props = {
  readonly place: ApplicationPlace;
  readonly application: Application;
  readonly onClose: () => void;
};

const containersMaximum = 200;

export const ScaleApplication = ({ place, application, onClose }: Props) => {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState<Readonly<Record<string, number | string>>>(() =>
    Object.fromEntries(application.services.map((service) => [service.name, service.desired])),
  );
  const scale = useScale(place, {
    onAccepted: () => {
      notifyDone(t('application.asked', { operation: t('operation.scale') }), application.name);
      onClose();
    },
  });
  const changed = application.services.filter((service) => wanted[service.name] !== service.desired);
  const isComplete = changed.every((service) => typeof wanted[service.name] === 'number');
  return (
    <Dialog onClose={onClose} title={t('application.scaleTitle', { name: application.name })}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          scale.mutate(Object.fromEntries(changed.map((service) => [service.name, Number(wanted[service.name])])));
        }}
      >
        <Stack>
          <Text size="sm">{t('application.scaleText')}</Text>
          {application.services.map((service, index) => (
            <NumberInput
              key={service.name}
              label={t('application.scaleOf', { service: service.name })}
              description={service.image}
              value={wanted[service.name] ?? service.desired}
              onChange={(value) => setWanted((before) => ({ ...before, [service.name]: value }))}
              min={0}
              max={containersMaximum}
              allowDecimal={false}
              clampBehavior="strict"
              data-autofocus={index === 0 || undefined}
            />
          ))}
          {scale.error === null ? null : <ErrorMessage error={scale.error} />}
          <Group justify="flex-end" align="center">
            {changed.length === 0 ? (
              <Text size="sm" c="dimmed" mr="auto">
                {t('application.scaleUnchanged')}
              </Text>
            ) : null}
            <Button variant="default" onClick={onClose}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" loading={scale.isPending} disabled={changed.length === 0 || !isComplete}>
              {t('application.scaleConfirm')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
};
