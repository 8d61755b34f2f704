// Lists come in pages. A cursor is opaque; `next` is absent on the last page.
import { z } from 'zod';

export const pageLimitMaximum = 200;

export const pageQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(pageLimitMaximum).optional(),
  cursor: z.string().max(200).optional(),
  search: z.string().max(100).optional(),
});
export type PageQuery = z.infer<typeof pageQuerySchema>;

export const pageOf = <T extends z.ZodType>(item: T) =>
  z.strictObject({ items: z.array(item), total: z.int(), next: z.string().optional() });

export type Page<T> = { items: T[]; total: number; next?: string | undefined };
