import { describe, expect, it } from '@jest/globals';
import { isAccessDenied, isRedisUnavailable, isWrongData } from './redis-unavailable.ts';

const withCode = (code: string) => Object.assign(new Error(''), { code });

const UNAVAILABLE = {
  sockets: [
    'EPIPE',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ECONNREFUSED',
    'ECONNRESET',
    'ECONNABORTED',
    'EAI_AGAIN',
  ].map(withCode),
  messages: [
    'write EPIPE',
    'read ETIMEDOUT',
    'connect EHOSTUNREACH 10.0.0.1:6379',
    'getaddrinfo EAI_AGAIN redis',
    'Connection is closed.',
    "Stream isn't writeable and enableOfflineQueue options is false",
    'Command timed out',
    "Socket timeout. Expecting data, but didn't receive any in 4000ms.",
    'Command aborted due to connection close',
    'Reached the max retries per request limit (which is 0). Refer to "maxRetriesPerRequest" option for details.',
  ].map((message) => new Error(message)),
  replies: [
    'LOADING Redis is loading the dataset in memory',
    "READONLY You can't write against a read only replica.",
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    'MISCONF Redis is configured to save RDB snapshots, but it is currently unable to persist to disk.',
    "OOM command not allowed when used memory > 'maxmemory'.",
    'NOREPLICAS Not enough good replicas to write.',
    'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
    'NOSCRIPT No matching script. Please use EVAL.',
    'NOAUTH Authentication required.',
    'WRONGPASS invalid username-password pair or user is disabled.',
    'NOPERM this user has no permissions to access one of the channels used as arguments',
    'EXECABORT Transaction discarded because of previous errors.',
    'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)',
    'ERR max number of clients reached',
    'ERR Error running script (call to f_0): @user_script:9: @user_script: 9: -READONLY You can not write.',
    'ERR Error running script: Script killed by user with SCRIPT KILL...',
    "ERR The user executing the script can't run this command or subcommand script: f_0, on @user_script:1.",
    "ACL failure in script: User default has no permissions to run the 'xadd' command",
  ].map((message) => new Error(message)),
  data: [
    'WRONGTYPE Operation against a key holding the wrong kind of value',
    'WRONGTYPE Operation against a key holding the wrong kind of value script: f0, on @user_script:12.',
    'ERR Error running script (call to f_0): @user_script:9: @user_script: 9: -WRONGTYPE Operation against a key',
    'ERR Error running script (call to f_0): @user_script:9: WRONGTYPE Operation against a key',
    'ERR hash value is not an integer',
    'ERR hash value is not an integer script: f0, on @user_script:974.',
    'ERR Error running script (call to f_0): @user_script:9: ERR hash value is not an integer',
    'ERR value is not an integer or out of range script: f0, on @user_script:589.',
  ].map((message) => new Error(message)),
  composed: [
    new AggregateError([withCode('ECONNREFUSED'), withCode('ENETUNREACH')]),
    new Error('the queue cannot be read', { cause: withCode('EPIPE') }),
    Object.assign(new Error('a transaction'), { previousErrors: [new Error('OOM command not allowed')] }),
  ],
};

const OTHERS = [
  new Error("ERR wrong number of arguments for 'get' command"),
  new Error('ERR value is not an integer or out of range'),
  new TypeError("Cannot read properties of undefined (reading 'READONLY')"),
  new Error('ENOENT: no such file or directory'),
  new Error('The task was BUSY'),
  'Connection is closed.',
  undefined,
];

describe('isRedisUnavailable()', () => {
  it.each(Object.entries(UNAVAILABLE))('is true for all %s', (_, errors) => {
    expect(errors.filter((error) => !isRedisUnavailable(error))).toEqual([]);
  });

  it('is false for programming errors', () => {
    expect(OTHERS.filter(isRedisUnavailable)).toEqual([]);
  });
});

describe('isWrongData()', () => {
  it('is true only for errors that data cause', () => {
    const { data, ...others } = UNAVAILABLE;
    expect(data.filter((error) => !isWrongData(error))).toEqual([]);
    expect([...Object.values(others).flat(), ...OTHERS].filter(isWrongData)).toEqual([]);
  });
});

describe('isAccessDenied()', () => {
  it('is true for errors that a process at startup must not wait out', () => {
    const refused = UNAVAILABLE.replies.filter(isAccessDenied).map(({ message }) => message.split(' ')[0]);
    expect(refused).toEqual(['NOAUTH', 'WRONGPASS', 'NOPERM']);
  });
});
