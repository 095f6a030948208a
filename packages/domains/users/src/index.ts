export * from './domain.ts'
export * from './user-logged-in.ts'
export * from './user-registered.ts'
export * from './user-updated.ts'
