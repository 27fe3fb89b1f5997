import { installPackage } from '../apt.ts';
import { findOnPath } from '../on-path.ts';
import { CliError } from '../cli-error.ts';

const PROGRAMS = ['valkey-server', 'redis-server'];

/** Tests start and stop their own servers, so they need the program: a remote Redis is not enough. */
export async function requireRedisServer(): Promise<string> {
  const path = (await findRedisServer()) ?? (await installRedisServer());
  if (path === undefined)
    throw new CliError('The tests need redis-server on the PATH: install Redis (macOS: brew install redis)');
  return path;
}

/** The path of the first server program on the PATH. */
export function findRedisServer(): Promise<string | undefined> {
  return findOnPath(...PROGRAMS);
}

/**
 * Installs redis-server with apt and returns its path; undefined on another system or without root.
 *
 * @throws {CliError} if apt fails
 */
export async function installRedisServer(): Promise<string | undefined> {
  return (await installPackage('redis-server')) ? findRedisServer() : undefined;
}
