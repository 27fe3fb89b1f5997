import { field } from '@primes/service-kit';
import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { chartConfigSchema } from './chart-config.ts';

const common = z.object({
  REDIS_URL: field.redisUrl('Set by the chart'),
  PREFIX: field.text('bull', 'Keys'),
});
const worker = common.extend({
  CONCURRENCY: field.integer({ min: 1, max: 8, default: 4 }, 'At a time'),
  HOSTS: field.list('Names'),
});

describe('chartConfigSchema()', () => {
  it('accepts only variables that a service reads and the chart does not set', () => {
    expect(chartConfigSchema({ common, worker }, { common: {}, worker: { CONCURRENCY: 4 } })).toEqual({
      type: 'object',
      additionalProperties: false,
      required: ['common', 'worker'],
      properties: {
        common: {
          type: 'object',
          additionalProperties: false,
          properties: { PREFIX: { type: 'string', default: 'bull', description: 'Keys' } },
        },
        worker: {
          type: 'object',
          additionalProperties: false,
          required: ['CONCURRENCY'],
          properties: {
            CONCURRENCY: { type: 'integer', minimum: 1, maximum: 8, default: 4, description: 'At a time' },
            HOSTS: { type: 'string', default: '', description: 'Names' },
          },
        },
      },
    });
  });
});
