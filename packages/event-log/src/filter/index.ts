export {
  type EventFilter,
  type EventFilterInput,
  type FilterClock,
  type FilterField,
  filterFields,
} from './event-filter.ts'
export { formatFilter } from './format.ts'
export { parseFilter, resolveFilter } from './parse.ts'
