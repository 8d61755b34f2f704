// Times cross the wire as ISO 8601 text in UTC with milliseconds.
import { z } from 'zod';

export const instantSchema = z.iso.datetime({ precision: 3 });
/** ISO 8601, UTC, milliseconds: `2026-01-31T12:00:00.000Z`. */
export type Instant = string;
