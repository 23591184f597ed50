import { Type } from 'typebox'
import { problems } from '../../../errors.ts'

/** RFC 9457 as used here, for the API description. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String({ format: 'uri', description: 'Identifies the kind of problem; ends with its code.' }),
    title: Type.String({ description: 'The same for every problem of this kind.' }),
    status: Type.Integer({ description: 'The HTTP status.' }),
    code: Type.String({ enum: Object.keys(problems), description: 'Stable; decide by this.' }),
    detail: Type.Optional(Type.String({ description: 'What is wrong in this case, and what to do.' })),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          path: Type.String({ description: 'A JSON Pointer (RFC 6901) to the field.' }),
          message: Type.String({ description: 'What the field must be.' }),
        }),
        { description: 'The invalid fields.' },
      ),
    ),
    reason: Type.Optional(
      Type.String({ description: 'Why a session was revoked or an account was locked.' }),
    ),
    unlock: Type.Optional(
      Type.String({ description: 'What a user whose account is locked can do, as a text for the user.' }),
    ),
    requires: Type.Optional(Type.String({ description: 'The permission or scope that is missing.' })),
    requestId: Type.String({ description: 'Identifies this request in the log of the service.' }),
  },
  { description: 'RFC 9457, sent as application/problem+json.' },
)
