import ts from 'typescript'
import { ownEventTypes } from '../../src/account/own-events.ts'
import { type EventType, eventTypes, severityOf } from '../../src/session/events.ts'
import { eventDescriptions } from './event-descriptions.ts'
import { code, table } from './markdown.ts'

/** Every security event. `source` is the text of `src/session/events.ts`, whose types name the fields of `details`. */
export function eventReference(source: string): string {
  const fields = fieldsIn(source)
  const rows = eventTypes
    .toSorted()
    .map(type => [
      code(type),
      severityOf(type),
      isOwn(type) ? 'user, operators' : 'operators',
      eventDescriptions[type],
      fieldsOf(fields, type).map(code).join(', ') || '–',
    ])
  return table([['Type', 'Severity', 'Shown to', 'Recorded when', 'Fields of `details`'], ...rows])
}

function isOwn(type: EventType): boolean {
  return ownEventTypes.some(own => own === type)
}

function fieldsOf(fields: ReadonlyMap<string, readonly string[]>, type: EventType): readonly string[] {
  const found = fields.get(type)
  if (found === undefined) throw new Error(`no member of EventBody has the type ${type}`)
  return found
}

/** The fields of `details` for each event type, an optional one with a question mark. */
function fieldsIn(source: string): Map<string, readonly string[]> {
  const file = ts.createSourceFile('events.ts', source, ts.ScriptTarget.Latest)
  const aliases = new Map(
    file.statements.filter(ts.isTypeAliasDeclaration).map(({ name, type }) => [name.text, type]),
  )
  const body = aliases.get('EventBody')
  if (body === undefined || !ts.isUnionTypeNode(body)) throw new Error('EventBody is not a union')
  return new Map(
    body.types.flatMap(member => {
      const details = resolved(propertyOf(member, 'details'), aliases)
      const fields = ts.isTypeLiteralNode(details) ? details.members.flatMap(fieldName) : []
      return literals(propertyOf(member, 'type')).map(type => [type, fields] as const)
    }),
  )
}

function propertyOf(member: ts.TypeNode, name: string): ts.TypeNode {
  const properties = ts.isTypeLiteralNode(member)
    ? member.members.filter(property => ts.isPropertySignature(property))
    : []
  const found = properties.find(property => ts.isIdentifier(property.name) && property.name.text === name)
  if (found?.type === undefined) throw new Error(`a member of EventBody has no ${name}`)
  return found.type
}

/** Follows a name that the same file declares. `Record<string, never>` has no fields. */
function resolved(type: ts.TypeNode, aliases: ReadonlyMap<string, ts.TypeNode>): ts.TypeNode {
  if (!ts.isTypeReferenceNode(type) || !ts.isIdentifier(type.typeName)) return type
  return aliases.get(type.typeName.text) ?? type
}

function fieldName(member: ts.TypeElement): string[] {
  if (!ts.isPropertySignature(member) || !ts.isIdentifier(member.name)) return []
  return [`${member.name.text}${member.questionToken === undefined ? '' : '?'}`]
}

function literals(type: ts.TypeNode): string[] {
  if (ts.isUnionTypeNode(type)) return type.types.flatMap(literals)
  return ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal) ? [type.literal.text] : []
}
