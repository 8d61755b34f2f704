// Routes → an OpenAPI 3.1 document.
import { z } from 'zod';
import { errorCodes } from './errors.ts';
import { errorReplySchema } from './problems.ts';
import type { Route, Routes } from './route.ts';

type Json = Record<string, unknown>;

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json;
  return rest;
};

const parametersOf = (schema: z.ZodType, place: 'path' | 'query'): Json[] => {
  const object = schemaOf(schema, 'input');
  const required = new Set((object['required'] as string[] | undefined) ?? []);
  return Object.entries((object['properties'] as Record<string, Json> | undefined) ?? {}).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.has(name),
    schema: property,
  }));
};

const mediaTypes = {
  json: 'application/json',
  lines: 'application/x-ndjson',
  events: 'text/event-stream',
  bytes: 'application/octet-stream',
  duplex: 'application/octet-stream',
};

const operationOf = (name: string, route: Route): Json => {
  const errors: Json = {};
  for (const code of route.errors) {
    const { status, meaning } = errorCodes[code];
    const known = errors[String(status)] as { description: string } | undefined;
    errors[String(status)] = {
      description: known === undefined ? `${code}: ${meaning}` : `${known.description}\n${code}: ${meaning}`,
      content: { 'application/json': { schema: { $ref: '#/components/schemas/ErrorReply' } } },
    };
  }
  const operation: Json = {
    operationId: name,
    summary: route.summary,
    parameters: [...parametersOf(route.params, 'path'), ...parametersOf(route.query, 'query')],
    responses: {
      [String(route.status)]: {
        description: 'done',
        content: { [mediaTypes[route.transport]]: { schema: schemaOf(route.reply, 'output') } },
      },
      ...errors,
    },
    security: route.needs === 'anyone' ? [] : [{ session: [] }, { key: [] }],
    'x-needs': route.needs,
  };
  if (route.method !== 'GET')
    operation['requestBody'] = { content: { 'application/json': { schema: schemaOf(route.body, 'input') } } };
  return operation;
};

/** The whole document; the same table always gives the same text. */
export const makeOpenapi = (routes: Routes, info: { title: string; version: string }): Json => {
  const paths: Record<string, Json> = {};
  for (const [name, route] of Object.entries(routes)) {
    const path = route.path.replace(/:([a-zA-Z]+)/g, '{$1}');
    (paths[path] ??= {})[route.method.toLowerCase()] = operationOf(name, route);
  }
  return {
    openapi: '3.1.0',
    info,
    paths,
    components: {
      schemas: { ErrorReply: schemaOf(errorReplySchema, 'output') },
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'berth_session' },
        key: { type: 'http', scheme: 'bearer' },
      },
    },
  };
};
