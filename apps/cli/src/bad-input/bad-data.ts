import { event, eventOf, type Row, unreadable } from './bad-message.ts'

/** Levels that no program meets by accident. */
const DEEP = 10_000

/** Data of `task.created` with further members, as JSON text. */
const withMembers = (text: string): string => `{"taskId":"task-001","title":"Sweep",${text}}`
const nested = (open: string, close: string, inner = '1'): string => `${open.repeat(DEEP)}${inner}${close.repeat(DEEP)}`
const objects = nested('{"a":', '}')
const lists = nested('[', ']')
const mixed = nested('[{"a":', '}]')
const manyKeys = Array.from({ length: 20_000 }, (_, n) => `"k${n}":${n}`).join(',')

/** Data that JSON allows and programs stumble over. */
export const hardData: readonly Row[] = [
  eventOf('a key twice', '{"taskId":"first","taskId":"task-001","title":"Sweep"}'),
  eventOf('a key twice, one of them broken', '{"taskId":7,"taskId":"task-001","title":"Sweep"}'),
  eventOf('__proto__ with a field', withMembers('"__proto__":{"isAdmin":true}')),
  eventOf('__proto__ in place of the fields', '{"__proto__":{"taskId":"task-001","title":"Sweep"}}', 'broken'),
  eventOf('constructor and prototype', withMembers('"constructor":{"prototype":{"isAdmin":true}}')),
  eventOf('toString, hasOwnProperty and then', withMembers('"toString":1,"hasOwnProperty":null,"then":{}')),
  eventOf('toJSON and toBSON', withMembers('"toJSON":1,"toBSON":{"a":1}')),
  eventOf('$where', withMembers('"$where":"sleep(10000)"')),
  eventOf('operators', withMembers('"$set":{"contract":"ok"},"$ne":1,"$":2,"$$ROOT":3')),
  eventOf('an operator in place of a text', '{"taskId":{"$ne":null},"title":"Sweep"}', 'broken'),
  eventOf('dotted keys', withMembers('"a.b":1,".":2,"a..b.":3')),
  eventOf('an empty key', withMembers('"":1')),
  eventOf('_id', withMembers('"_id":{"$oid":"507f1f77bcf86cd799439011"}')),
  eventOf('a DBRef', withMembers('"ref":{"$ref":"records","$id":1,"$db":"admin"}')),
  eventOf('_bsontype', withMembers('"a":{"_bsontype":"ObjectId","id":"x"}')),
  eventOf('_bsontype, escaped', withMembers('"\\u005fbsontype":"Code"')),
  eventOf('NUL in a key', withMembers('"a\\u0000b":1')),
  eventOf('NUL in a text', withMembers('"note":"a\\u0000b"')),
  eventOf('control characters and direction marks', withMembers('"note":"\\u001b[2J\\u202e\\u2028\\u0007"')),
  eventOf('a lone surrogate', withMembers('"note":"\\ud800"')),
  eventOf('a lone surrogate in a key', withMembers('"\\udc00":1')),
  eventOf('the largest code point and no character', withMembers('"note":"\\udbff\\udfff\\uffff"')),
  eventOf('2^53+1', withMembers('"n":9007199254740993')),
  eventOf('64-bit integers', withMembers('"n":[9223372036854775807,-9223372036854775808,18446744073709551615]')),
  eventOf('2^53+1 where an integer belongs', withMembers('"points":9007199254740993'), 'broken'),
  eventOf('-0', withMembers('"points":-0,"n":-0.0')),
  eventOf('1e400', withMembers('"n":[1e400,-1e400,1e-400]')),
  eventOf('1e400 where an integer belongs', withMembers('"points":1e400'), 'broken'),
  eventOf('a number of 100,000 digits', withMembers(`"n":${'9'.repeat(100_000)}`)),
  eventOf('1.0 and 1E3', withMembers('"points":1.0,"estimatedMinutes":1E3')),
  eventOf('20,000 keys', withMembers(manyKeys)),
  eventOf('a list of 100,000', withMembers(`"list":[${'1,'.repeat(99_999)}1]`)),
  eventOf('a key of 100,000 characters', withMembers(`"${'k'.repeat(100_000)}":1`)),
  eventOf('200,000 escapes', withMembers(`"note":"${'\\n'.repeat(200_000)}"`)),
]

/** Nesting that no function can follow by calling itself. */
export const deepData: readonly Row[] = [
  eventOf('objects 10,000 deep', withMembers(`"a":${objects}`)),
  eventOf('lists 10,000 deep', withMembers(`"a":${lists}`)),
  eventOf('objects and lists 10,000 deep', withMembers(`"a":${mixed}`)),
  eventOf('2^53+1 at 10,000 levels', withMembers(`"a":${nested('[', ']', '9007199254740993')}`)),
  eventOf('objects 10,000 deep where a text belongs', `{"taskId":${objects},"title":"Sweep"}`, 'broken'),
  eventOf('lists 10,000 deep where a list belongs', withMembers(`"assignees":${lists}`), 'broken'),
  event('metadata 10,000 deep', { metadata: `{"a":${mixed}}` }),
  event('a correlation id 10,000 deep', { metadata: `{"correlationId":${lists}}` }),
  event('a member beside the envelope 10,000 deep', { extra: mixed }),
  event('an unknown type with data 10,000 deep', { type: '"task.eaten"', data: objects }, 'unknown-type'),
  event(
    'an unknown version with data 10,000 deep',
    { version: '"9.0"', data: objects },
    'unknown-version',
    'VERSION_TOO_NEW',
  ),
  () => unreadable('nothing but lists 10,000 deep', lists, 'not-envelope'),
  () => unreadable('nothing but objects 10,000 deep', objects, 'not-envelope'),
  () => unreadable('lists 10,000 deep that do not end', '['.repeat(DEEP), 'not-json'),
]

/** Data that breaks the contract. */
export const brokenData: readonly Row[] = [
  eventOf('empty data', '{}', 'broken'),
  eventOf('no taskId', '{"title":"Sweep"}', 'broken'),
  eventOf('no title', '{"taskId":"task-001"}', 'broken'),
  eventOf('an empty title', '{"taskId":"task-001","title":""}', 'broken'),
  eventOf('null for a title', '{"taskId":"task-001","title":null}', 'broken'),
  eventOf('a number for a taskId', '{"taskId":1,"title":"Sweep"}', 'broken'),
  eventOf('a list for a title', '{"taskId":"task-001","title":["Sweep"]}', 'broken'),
  eventOf('a text for a number', withMembers('"points":"1"'), 'broken'),
  eventOf('a fraction for an integer', withMembers('"points":1.5'), 'broken'),
  eventOf('an object for a list', withMembers('"assignees":{"0":"user-001","length":1}'), 'broken'),
  eventOf('null for what may be absent', withMembers('"room":null'), 'broken'),
  eventOf('a time that is none', withMembers('"dueAt":"tomorrow"'), 'broken'),
  eventOf('fields that the contract does not have', withMembers('"unknown":{"a":[1]}')),
]
