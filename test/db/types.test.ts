import { test } from 'vitest'
import { generateTypes } from '#db/generate-types.ts'
import { testUrl } from '../database.ts'

test('db/types.ts is what the migrations say (npm run types)', () => {
  generateTypes(testUrl('barzan_owner', 'template_empty'), true)
})
