// Every error a caller can meet: its code, HTTP status, whether trying again may help, and what it means.
// docs/errors.md is generated from this table.
export const errorCodes = {
  invalid_request: {
    status: 400,
    retryable: false,
    meaning: 'The request does not have the form the route asks for; `problems` say where.',
  },
  unauthenticated: { status: 401, retryable: false, meaning: 'No valid session or key came with the request.' },
  forbidden: { status: 403, retryable: false, meaning: 'The caller may see this object, but not do this to it.' },
  not_found: { status: 404, retryable: false, meaning: 'There is no such object, or the caller may not know of it.' },
  conflict: {
    status: 409,
    retryable: false,
    meaning: 'An object of that name exists, or somebody changed the object meanwhile.',
  },
  wrong_state: { status: 409, retryable: false, meaning: 'The object is in a state in which this cannot be done.' },
  too_large: { status: 413, retryable: false, meaning: 'The request is larger than the stated limit.' },
  unsupported_media_type: { status: 415, retryable: false, meaning: 'The body is not JSON.' },
  invalid_compose: {
    status: 422,
    retryable: false,
    meaning: 'The Compose files are wrong; `problems` say file, line and column.',
  },
  policy_violation: {
    status: 422,
    retryable: false,
    meaning: 'The environment’s policy refuses this; `problems` say rule and place.',
  },
  impossible_plan: {
    status: 422,
    retryable: false,
    meaning: 'This cannot be carried out on the hosts as they are; `problems` say why.',
  },
  needs_confirmation: {
    status: 409,
    retryable: false,
    meaning: 'This would take something away; `problems` say what. Repeat it with `acceptLosses`.',
  },
  too_many_requests: { status: 429, retryable: true, meaning: 'Too many tries; `Retry-After` says when to come back.' },
  image_not_found: {
    status: 422,
    retryable: true,
    meaning: 'The image is neither on the host nor in its registry, or may not be pulled.',
  },
  image_denied: {
    status: 422,
    retryable: true,
    meaning: 'The registry does not let this host pull the image, or does not tell whether it has it.',
  },
  port_taken: { status: 409, retryable: true, meaning: 'A port of the host is held by somebody else.' },
  name_taken: { status: 409, retryable: false, meaning: 'The engine holds an object of that name which is not ours.' },
  engine_refused: {
    status: 422,
    retryable: false,
    meaning: 'The Docker engine refused the request; the message is its own.',
  },
  engine_unavailable: { status: 503, retryable: true, meaning: 'The Docker engine of the host does not answer.' },
  host_unreachable: {
    status: 503,
    retryable: true,
    meaning: 'The Docker Server of the host is not connected or does not answer in time.',
  },
  stale_fence: { status: 409, retryable: true, meaning: 'Another portal server has taken over this environment.' },
  no_space: { status: 507, retryable: true, meaning: 'The disk of the host is full.' },
  deadline_exceeded: { status: 504, retryable: true, meaning: 'The work did not end within its deadline.' },
  unavailable: { status: 503, retryable: true, meaning: 'A part of the platform is not ready.' },
  bug: { status: 500, retryable: false, meaning: 'A mistake of ours; the request id finds it in the log.' },
} as const satisfies Record<string, { status: number; retryable: boolean; meaning: string }>;

export type ErrorCode = keyof typeof errorCodes;
