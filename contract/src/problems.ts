// One thing that is wrong with what somebody sent, and where. Compose errors, policy refusals and plan refusals share it.
import { z } from 'zod';

export const problemSchema = z.strictObject({
  severity: z.enum(['error', 'warning']),
  /** Stable, snake_case; a rule id for policy refusals. */
  code: z.string(),
  /** A sentence for the person who sent it; says what to do. */
  message: z.string(),
  file: z.string().optional(),
  /** From 1. */
  line: z.int().optional(),
  column: z.int().optional(),
  /** Where in the resolved model: `services.web.ports[0]`. */
  path: z.string().optional(),
  /** CIS Docker Benchmark number, for policy refusals. */
  cis: z.string().optional(),
});
export type Problem = z.infer<typeof problemSchema>;

export const errorReplySchema = z.strictObject({
  error: z.strictObject({
    code: z.string(),
    message: z.string(),
    problems: z.array(problemSchema).optional(),
    requestId: z.string().optional(),
  }),
});
export type ErrorReply = z.infer<typeof errorReplySchema>;
