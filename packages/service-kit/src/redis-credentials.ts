import * as z from 'zod';
import { crossFieldRule, field } from './config.ts';

/** User and password of each Redis, for characters that would have to be percent-encoded in a URL. */
export const credentials = {
  REDIS_USERNAME: field.optionalText('User of REDIS_URL; empty: the default user'),
  REDIS_PASSWORD: field.optionalText('Password of REDIS_URL, if the URL contains none'),
  STORE_REDIS_USERNAME: field.optionalText('User of STORE_REDIS_URL; empty: the default user'),
  STORE_REDIS_PASSWORD: field.optionalText('Password of STORE_REDIS_URL, if the URL contains none'),
};

type Variables = Partial<
  Record<'REDIS_URL' | 'STORE_REDIS_URL' | keyof typeof credentials, string | undefined>
>;

/** The schema with these variables: they become part of the URLs, which then identify a Redis and its user. */
export function withCredentials<S extends z.ZodObject>(schema: S): S {
  return schema.check(
    ...rules('REDIS'),
    ...rules('STORE_REDIS'),
    z.overwrite<z.output<S> & Variables>((config) => ({
      ...config,
      ...completed(config, 'REDIS'),
      ...completed(config, 'STORE_REDIS'),
    })),
  );
}

function rules(redis: 'REDIS' | 'STORE_REDIS') {
  const [url, user, password] = [`${redis}_URL`, `${redis}_USERNAME`, `${redis}_PASSWORD`] as const;
  return [
    z.refine<Variables>(
      (config) => config[user] === undefined || config[password] !== undefined,
      crossFieldRule([user, password], `Must be set together with ${password}`),
    ),
    z.refine<Variables>(
      (config) => config[password] === undefined || /^[^/]*\/\/[^@]*$/.test(config[url] ?? ''),
      crossFieldRule([url, password], `Must be a URL without user and password if ${password} is set`),
    ),
  ];
}

function completed(config: Variables, redis: 'REDIS' | 'STORE_REDIS'): Variables {
  const [url, password] = [config[`${redis}_URL`], config[`${redis}_PASSWORD`]];
  if (url === undefined || password === undefined) return {};
  const userinfo = [config[`${redis}_USERNAME`] ?? '', password].map(encodeURIComponent).join(':');
  return { [`${redis}_URL`]: url.replace('//', () => `//${userinfo}@`) };
}
