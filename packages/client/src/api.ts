import type { components, paths } from './openapi.ts'

/** What the service's own description says of its calls, in the forms in which the client uses it. */

type Verb = 'get' | 'post' | 'patch' | 'delete'

/** Every call of the service by its method and path, such as `GET /v1/sessions/{id}`. */
export type Operation = {
  [Path in keyof paths & string]: {
    [V in Verb]: paths[Path][V] extends { responses: unknown } ? `${Uppercase<V>} ${Path}` : never
  }[Verb]
}[keyof paths & string]

type Described<O extends Operation> = O extends `${infer Method} ${infer Path extends keyof paths & string}`
  ? paths[Path][Lowercase<Method> & keyof paths[Path]]
  : never

type Success<Responses> = {
  [Status in keyof Responses]: Status extends 200 | 201 | 202 | 204
    ? Responses[Status] extends { content: { 'application/json': infer Json } }
      ? Json
      : null
    : never
}[keyof Responses]

/** The body of a call's success; null where it has none. */
export type AnswerTo<O extends Operation> =
  Described<O> extends { responses: infer Responses } ? Success<Responses> : never

type Part<Name extends string, Value> = [Value] extends [never]
  ? { [N in Name]?: never }
  : undefined extends Value
    ? { [N in Name]?: Exclude<Value, undefined> }
    : { [N in Name]: Value }

type ParametersOf<D, Place extends string> = D extends { parameters: infer P }
  ? P extends { [K in Place]: infer Value }
    ? Value
    : P extends { [K in Place]?: infer Value }
      ? Exclude<Value, undefined> extends never
        ? never
        : Exclude<Value, undefined> | undefined
      : never
  : never

type BodyOf<D> = D extends { requestBody?: never }
  ? never
  : D extends { requestBody: { content: { 'application/json': infer Json } } }
    ? Json
    : D extends { requestBody?: { content: { 'application/json': infer Json } } }
      ? Json | undefined
      : never

/** What a call takes: `params` for the braces in its path, `query`, and a JSON `body`. */
export type InputOf<O extends Operation> = Part<'params', ParametersOf<Described<O>, 'path'>> &
  Part<'query', ParametersOf<Described<O>, 'query'>> &
  Part<'body', BodyOf<Described<O>>> & { signal?: AbortSignal }

/** The second argument of `request`; may be left out where nothing in it is needed. */
export type InputArguments<O extends Operation> =
  Record<string, never> extends InputOf<O> ? [input?: InputOf<O>] : [input: InputOf<O>]

export type Problem = components['schemas']['Problem']
export type ProblemCode = Problem['code']

/** Of the person, with what the roles allow; and when the session ends. */
export type CurrentSession = AnswerTo<'GET /v1/auth/session'>
/** One of the person's signed-in devices. */
export type DeviceSession = AnswerTo<'GET /v1/sessions/{id}'>
export type User = AnswerTo<'POST /v1/auth/register'>['user']
/** A new pair: in the answer, or (without the tokens) in cookies. */
export type TokenAnswer = AnswerTo<'POST /v1/auth/refresh'>
