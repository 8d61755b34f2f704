// The policy as a table people can read; policy-matrix.txt is this text, kept so that a change shows as a diff.
import { actions, platformRoles, resourceKinds, roleMay, systemRoles, tenantRoles } from '@berth/contract/roles.ts';

const roles = [...tenantRoles, ...platformRoles, ...systemRoles];

export const policyMatrix = (): string => {
  const lines = [`${'kind'.padEnd(26)}${'action'.padEnd(9)}${roles.map((role) => role.padEnd(16)).join('')}`.trimEnd()];
  for (const kind of resourceKinds)
    for (const action of actions) {
      const marks = roles.map((role) => roleMay(role, action, kind));
      if (marks.some(Boolean))
        lines.push(
          `${kind.padEnd(26)}${action.padEnd(9)}${marks.map((may) => (may ? 'yes' : '-').padEnd(16)).join('')}`.trimEnd(),
        );
    }
  return `${lines.join('\n')}\n`;
};
