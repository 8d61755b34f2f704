// A failed start, told by the engine's runtime, as a sentence that a person can use. Pure.

// On its way up through the engine a failed start collects the names of every part it passed.
const wrappings =
  /^(?:.*: )?(?:unable to start container process|starting container process caused|OCI runtime create failed): /;

// By a container of the same engine, and by a program of the host.
const allocated = /Bind for \S*?:(\d+) failed: port is already allocated/;
const inUse = /listen (tcp|udp|sctp)\S* \S*?:(\d+): bind: address already in use/;

/** The engine's sentence without what only its makers need. */
export const plainWords = (message: string): string => {
  const ofEngine = allocated.exec(message);
  if (ofEngine !== null) return `Port ${ofEngine[1]} of the host is already allocated to another container`;
  const ofHost = inUse.exec(message);
  if (ofHost !== null) return `Port ${ofHost[2]}/${ofHost[1]} of the host is already in use by a program`;
  return wrappings.test(message) ? message.replace(wrappings, '').replace(/: unknown$/, '') : message;
};
