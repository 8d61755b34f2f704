// A call of a hook that can be pasted into a shell: it signs with openssl and sends with curl. Pure.
import { hookDeliveryHeader, hookRoutes, hookSignatureHeader, type Hook } from '@berth/contract/hooks.ts';
import { fillPath } from '@berth/contract/route.ts';

export const hookAddress = (portal: string, hook: Hook): string =>
  `${portal}${fillPath(hookRoutes.callHook.path, { hook: hook.id })}`;

/** What a caller of this hook would send. */
const bodyOf = (hook: Hook): string => {
  if (hook.does.kind === 'scale') return JSON.stringify({ change: 1 });
  const [variable] = hook.does.variables;
  return JSON.stringify(variable === undefined ? {} : { variables: { [variable]: 'value' } });
};

/** The secret comes from the environment of the shell, so that the example can be shown and kept without it. */
export const hookExample = (portal: string, hook: Hook): string =>
  [
    `# BERTH_SECRET: the secret of the hook`,
    `body='${bodyOf(hook)}'`,
    `time=$(date +%s)`,
    `signature=$(printf '%s.%s' "$time" "$body" | openssl dgst -sha256 -hmac "$BERTH_SECRET" -r | cut -d' ' -f1)`,
    `curl --fail-with-body -X POST '${hookAddress(portal, hook)}' \\`,
    `  -H 'content-type: application/json' \\`,
    `  -H "${hookSignatureHeader}: t=$time,v1=$signature" \\`,
    `  -H "${hookDeliveryHeader}: $time-$$" \\`,
    `  -d "$body"`,
  ].join('\n');
