export * from './domain.ts'
export * from './notification-clicked.ts'
export * from './notification-sent.ts'
