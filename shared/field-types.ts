/** Types that a declared input or form field may have, as `GET /v1/flow/preferences` lists them. */
export const fieldTypes = [
  'text',
  'textarea',
  'number',
  'integer',
  'boolean',
  'date',
  'datetime',
  'select',
  'multiselect',
  'email',
  'url',
  'json',
  'file',
  'password',
] as const
