// What must not compile: a handle for another action or kind, and a raw id in a handle's place. tsc fails when one of these does.
import type { Allowed } from './authorize.ts';

declare const readTenant: Allowed<'read', 'tenant'>;
declare const listApplications: Allowed<'list', 'environment.applications'>;
declare const take: (handle: Allowed<'modify', 'application'>) => void;

// @ts-expect-error another kind
take(readTenant);
// @ts-expect-error another action on a collection
take(listApplications);
// @ts-expect-error a raw id
take('app_0123456789abcdefghjkmnpqrs');
