export * from './domain.ts'
export * from './laundry-dry-complete.ts'
export * from './laundry-started.ts'
export * from './laundry-wash-complete.ts'
