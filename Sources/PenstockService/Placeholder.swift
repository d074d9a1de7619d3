// PenstockService
