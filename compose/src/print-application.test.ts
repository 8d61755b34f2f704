import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import { compileApplication } from './compile.ts';
import { allCases } from './conformance/all-cases.ts';
import { printApplication } from './print-application.ts';

const again = (spec: ApplicationSpec, name: string, files: ReadonlyMap<string, string | Uint8Array> = new Map()) => {
  const { bundle, variables } = printApplication(spec, name, files);
  const printed = { files: new Map(Object.entries(bundle.files)), main: bundle.main };
  return { printed: bundle.files[bundle.main[0]] ?? '', result: compileApplication(printed, { variables }) };
};

test('printApplication prints every conformance case so that it compiles to the same specification', () => {
  let compared = 0;
  for (const row of allCases()) {
    const bundle = { files: new Map(Object.entries(row.files)), main: row.use };
    const variables = { ...(row.project === null ? {} : { COMPOSE_PROJECT_NAME: row.project }), ...row.env };
    const options = { variables, profiles: row.profiles, envFiles: row.envFiles, unsetVariables: 'warn' as const };
    const first = compileApplication(bundle, options);
    if (!('spec' in first)) continue;
    compared += 1;
    // The Compose files themselves are no part of any build.
    const others = new Map([...bundle.files].filter(([name]) => !row.use.includes(name)));
    const { printed, result } = again(first.spec, 'bench', others);
    assert.ok('spec' in result, `${row.id}: ${JSON.stringify(result)}\n${printed}`);
    assert.deepEqual(result.spec, first.spec, `${row.id}\n${printed}`);
  }
  assert.ok(compared > 200, `only ${compared} cases were compared`);
});
