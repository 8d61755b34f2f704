// A failed start, told by the engine's runtime, as a sentence that a person can use. Pure.

// On its way up through the engine a failed start collects the names of every part it passed.
const wrappings =
  /^(?:.*: )?(?:unable to start container process|starting container process caused|OCI runtime create failed): /;

/** The engine's sentence without what only its makers need. */
export const plainWords = (message: string): string =>
  wrappings.test(message) ? message.replace(wrappings, '').replace(/: unknown$/, '') : message;
