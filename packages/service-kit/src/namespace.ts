/**
 * The name of this service among others: in problem types (`urn:primes:problem:…`), span attributes (`primes.…`),
 * OpenTelemetry's `service.namespace`, and the default prefix of the job's keys in Redis.
 */
export const NAMESPACE = 'primes';
