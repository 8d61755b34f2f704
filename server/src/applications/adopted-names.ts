// What the row of an application says of objects that were taken over: their names on the engine, and the containers that the
// Docker Server has not been told of yet.
import { z } from 'zod';
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';

const adoptedSchema = z.object({
  /** Key → name on the engine. */
  networks: z.record(z.string(), z.string()).optional(),
  volumes: z.record(z.string(), z.string()).optional(),
  /** Until the Docker Server has taken them over. */
  containers: z
    .array(z.strictObject({ id: z.string(), service: z.string(), slot: z.int(), specHash: z.string() }))
    .optional(),
});
export type Adopted = z.infer<typeof adoptedSchema>;

export const readAdopted = (text: string): Adopted => adoptedSchema.parse(JSON.parse(text));

/** Networks and volumes that were taken over keep their names on the engine, whatever file comes next. */
export const withAdoptedNames = (spec: ApplicationSpec, { networks, volumes }: Adopted): ApplicationSpec => ({
  ...spec,
  networks: named(spec.networks, networks),
  volumes: named(spec.volumes, volumes),
});

const named = <T extends object>(
  objects: Readonly<Record<string, T>>,
  names: Readonly<Record<string, string>> = {},
): Record<string, T & { engineName?: string }> =>
  Object.fromEntries(
    Object.entries(objects).map(([key, object]) => {
      const engineName = names[key];
      return [key, engineName === undefined ? object : { ...object, engineName }];
    }),
  );
