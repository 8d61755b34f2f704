// Names people give to things: DNS labels, unique within their parent.
import { z } from 'zod';

export const namePattern = /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/;

/** A name: 1–40 characters, lower-case letters, digits and inner hyphens (a DNS label). */
export const nameSchema = z
  .string()
  .regex(namePattern, 'must be 1–40 lower-case letters, digits or hyphens, and start and end with a letter or digit');

/** A title: what people read; any script, 1–80 characters, no control characters. */
export const titleSchema = z
  .string()
  .trim()
  .min(1)
  .max(80)
  .regex(/^[^\p{Cc}]*$/u, 'must not hold control characters');
